import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { RandomSorterFactory } from "../../modules/sorters/random.js";
import { describeSorter } from "./sorter.contract.js";

describeSorter("drf", () => new DrfSorterFactory());
describeSorter("random", () => new RandomSorterFactory());
