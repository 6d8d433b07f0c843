/** Gets the tools that the tests of pure parts need. */
import { provideTestTools } from "../setup/testTools.ts";

export const setup = provideTestTools;
