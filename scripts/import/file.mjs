/** A file that is read as often as somebody asks for it: whole, or as a stream. */

import { createReadStream, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Refusal } from "../refusal.mjs";

const HEAD = 4096;

export function openFile(path) {
  const refuse = (error) => {
    if (typeof error.code !== "string" || !/^E[A-Z]+$/.test(error.code)) throw error;
    throw new Refusal(`${basename(path)} cannot be read: ${error.code}.`, { cause: error });
  };
  return {
    stream: () => createReadStream(path, "utf8"),
    text: () => {
      try {
        return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
      } catch (error) {
        return refuse(error);
      }
    },
    /** The first symbol that is no blank, which tells the form. */
    firstSymbol: async () => (await readHead(path).catch(refuse)).trimStart().charAt(0),
    /** The beginning of the file. */
    head: () => readHead(path).catch(refuse),
  };
}

async function readHead(path) {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString("utf8", 0, bytesRead).replace(/^\uFEFF/, "");
  } finally {
    await file.close();
  }
}
