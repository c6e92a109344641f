/**
 * The example apps. `prepare` and `start` are commands in the app's folder, which find its settings
 * in the environment; `pythonModules` are Debian's python3-… that it needs beside the client's own.
 */

import { join } from "node:path";
import { PYTHON } from "../../scripts/client-tools.mjs";
import { ROOT } from "../../scripts/wrangler.mjs";

/** The TypeScript client, as the apps import it. */
const BUILD = [process.execPath, join(ROOT, "clients/typescript/scripts/build.mjs")];

export const EXAMPLES = [
  {
    name: "flask",
    pythonModules: ["flask"],
    prepare: [],
    start: () => [PYTHON, "app.py"],
  },
  {
    name: "django",
    pythonModules: ["django"],
    prepare: [
      [PYTHON, "manage.py", "migrate", "--verbosity=0"],
      [PYTHON, "manage.py", "loaddata", "demo", "--verbosity=0"],
    ],
    start: (port) => [PYTHON, "manage.py", "runserver", "--noreload", String(port)],
  },
  {
    name: "fastapi",
    pythonModules: ["fastapi", "uvicorn", "itsdangerous", "jinja2"],
    prepare: [],
    start: () => [PYTHON, "app.py"],
  },
  {
    name: "express",
    pythonModules: [],
    prepare: [BUILD],
    start: () => [process.execPath, "app.mjs"],
  },
  { name: "hono", pythonModules: [], prepare: [BUILD], start: () => [process.execPath, "app.mjs"] },
];
