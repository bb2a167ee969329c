import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { describeAllocator } from "./allocator.contract.js";

describeAllocator("hierarchical", () => new HierarchicalAllocator(new DrfSorterFactory()));
