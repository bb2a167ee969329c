// npm run build: everything anew, whatever has changed.
import { setup } from "./setup.mjs";

setup({ force: true });
