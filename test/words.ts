import { readCatalogue } from "../src/routes/pages/catalogue";
import english from "../src/routes/pages/texts/en.json";

/** What the pages say in English, so that their words can change without their tests. */
export const words = readCatalogue("en", english);
