/**
 * Tools of other people: Python's requests and frameworks, oathtool as the phone, zbarimg as its
 * camera, rsvg-convert as the browser that shows an SVG, and a real browser.
 */

import { execFile, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Refusal } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

const PATIENCE_MS = 60_000;
/** A whole suite waits for time-outs, too. */
const SUITE_PATIENCE_MS = 240_000;

/** Debian's own, which sees Debian's packages: another may come first in the PATH. */
export const PYTHON = process.env.PYTHON || "/usr/bin/python3";
/** The modules that the Python client needs. */
const PYTHON_CLIENT = ["httpx", "jwt", "cryptography"];
/** The frameworks that it is tried with, and what they need. */
const PYTHON_FRAMEWORKS = ["flask", "django", "fastapi", "itsdangerous"];

const ZBARIMG = {
  name: "zbarimg",
  debianPackage: "zbar-tools",
  probe: ["zbarimg", "--version"],
};
const OATHTOOL = {
  name: "oathtool",
  debianPackage: "oathtool",
  probe: ["oathtool", "--version"],
};

export const CLIENT_TOOLS = [
  {
    name: "Python's requests",
    debianPackage: "python3-requests",
    probe: ["python3", "-c", "import requests"],
  },
  OATHTOOL,
  ZBARIMG,
  { name: "rsvg-convert", debianPackage: "librsvg2-bin", probe: ["rsvg-convert", "--version"] },
  { name: "nginx", debianPackage: "nginx-light", probe: ["nginx", "-v"] },
  { name: "pamtester", debianPackage: "pamtester", probe: ["which", "pamtester"] },
  { name: "curl", debianPackage: "curl", probe: ["curl", "--version"] },
  ...[...PYTHON_CLIENT, ...PYTHON_FRAMEWORKS].map(pythonModule),
];

export const CHROMIUM_PATH = process.env.CHROMIUM_PATH || "/usr/bin/chromium";

/** The smallest of Debian's packages for a script. Without any a page shows boxes. */
const FONTS = [
  { language: "zh", name: "a font for Chinese", debianPackage: "fonts-wqy-microhei" },
  { language: "ar", name: "a font for Arabic", debianPackage: "fonts-dejavu-core" },
].map(({ language, ...font }) => ({ ...font, probe: probeFont(language) }));

export const BROWSER_TOOLS = [
  {
    name: `Chromium at ${CHROMIUM_PATH} (CHROMIUM_PATH chooses another)`,
    debianPackage: "chromium",
    probe: [CHROMIUM_PATH, "--version"],
  },
  ZBARIMG,
  { name: "fc-list", debianPackage: "fontconfig", probe: ["fc-list", "--version"] },
  ...FONTS,
];

/** For an example app: a phone, a browser, and the Python modules that the app needs, if it is in Python. */
export function exampleTools(pythonModules) {
  const modules = pythonModules ? [...PYTHON_CLIENT, ...pythonModules] : [];
  return [...BROWSER_TOOLS, OATHTOOL, ...modules.map(pythonModule)];
}

function pythonModule(module) {
  return {
    name: `${module} of ${PYTHON} (PYTHON chooses another)`,
    debianPackage: `python3-${module}`,
    probe: [PYTHON, "-c", `import ${module}`],
  };
}

/** `fc-list` succeeds even if it lists nothing. */
function probeFont(language) {
  return ["sh", "-c", `fc-list :lang=${language} | grep -q .`];
}

/** Prints the Debian packages that are missing, a line each. */
export function printMissing(tools) {
  for (const { debianPackage } of findMissing(tools)) console.log(debianPackage);
}

export function assertInstalled(tools) {
  const lines = findMissing(tools).map(
    ({ name, debianPackage }) => `${name}: apt-get install ${debianPackage}`,
  );
  if (lines.length > 0) throw new Refusal(`missing: ${lines.join("; ")}`);
}

function findMissing(tools) {
  return tools.filter(({ probe: [command, ...args] }) => spawnSync(command, args).status !== 0);
}

/** Makes what a client gets. Files go into the folder. */
export function createTools(folder) {
  const write = (content, ending) => {
    const path = join(folder, `${randomUUID()}.${ending}`);
    writeFileSync(path, content);
    return path;
  };
  /** The text of the one QR code in a PNG. */
  const readQr = async (png) => {
    const path = write(png, "png");
    return output("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path]);
  };
  return {
    readQr,
    /** The text of a QR code in an SVG, shown this many pixels wide as in a browser. */
    async readQrSvg(svg, width = 600) {
      const png = join(folder, `${randomUUID()}.png`);
      await output("rsvg-convert", ["--width", String(width), "--output", png, write(svg, "svg")]);
      return output("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", png]);
    },
    /** The code that a phone with this secret shows, now or this many steps later. */
    phone(base32, steps = 0) {
      const at = Math.floor(Date.now() / 1000) + 30 * steps;
      return output("oathtool", ["--totp", "--base32", "--now", `@${at}`, base32]);
    },
    /** Runs a script of test/clients/, which finds the server in BASE_URL. */
    python(script, baseUrl, ...args) {
      const env = { ...process.env, BASE_URL: baseUrl, PYTHONDONTWRITEBYTECODE: "1" };
      return output("python3", [join(ROOT, "test/clients", script), ...args], { env });
    },
    /** The tests of a Python package of this repository, which find the server in these variables. */
    unittest(path, variables) {
      const cwd = join(ROOT, path);
      const python = { PYTHONPATH: join(cwd, "src"), PYTHONDONTWRITEBYTECODE: "1" };
      const env = { ...process.env, ...python, ...variables };
      return output(PYTHON, ["-m", "unittest"], { cwd, env, timeout: SUITE_PATIENCE_MS });
    },
  };
}

/** Gives what a command prints, without the line end after it. */
async function output(command, args, options = {}) {
  const { stdout } = await promisify(execFile)(command, args, { timeout: PATIENCE_MS, ...options });
  return stdout.replace(/\n$/, "");
}
