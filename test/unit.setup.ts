/** Gets the one tool that the tests of pure parts need. */
import { provideShellcheck } from "../setup/shellcheck.ts";

export const setup = provideShellcheck;
