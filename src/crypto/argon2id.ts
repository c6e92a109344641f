/**
 * Argon2id (RFC 9106): the reference implementation in C, compiled to WebAssembly.
 *
 * WebAssembly's memory never shrinks, and an isolate collects instances late. With a new instance
 * for each hash, they held half a gigabyte. So there is one instance, which is used again and
 * again. A call is synchronous, so that no other comes in between.
 */

import argon2Module from "@phi-ag/argon2/argon2.wasm";

export interface Argon2Costs {
  /** The parameter m of RFC 9106 §3.1, in KiB. */
  memoryKib: number;
  /** The parameter t: how often the memory is passed over. */
  passes: number;
  /** The parameter p. It only affects the result, because there is one thread. */
  lanes: number;
}

/** The parameters y and v of RFC 9106 §3.1. */
const ARGON2ID = 2;
const VERSION = 0x13;

/**
 * The size of the place for message, salt and tag. It is always the same, and the place is
 * allocated once. Places of many sizes would split the free memory until the large piece no longer
 * fits.
 */
const PLACE_BYTES = 4096;

interface Instance {
  memory: WebAssembly.Memory;
  /** Calls an exported function. All arguments and results are numbers. */
  call: (name: string, ...values: number[]) => number;
  /** Address of the place. */
  place: number;
  /**
   * The most memory that a hash may ask of this instance. A hash that asks for more gets a new
   * instance, because this one would put the larger piece of memory beside the smaller.
   */
  memoryKib: number;
}

interface Job {
  message: Uint8Array;
  salt: Uint8Array;
  costs: Argon2Costs;
  tagBytes: number;
}

let idle: Instance | null = null;

/**
 * Computes the tag (RFC 9106 §3.2), without secret and associated data.
 *
 * Throws if message, salt and tag together exceed 4096 bytes, if the memory is not available, or if
 * a parameter is out of the range of §3.1.
 */
export function argon2id(job: Job): Uint8Array {
  const { memoryKib } = job.costs;
  const instance = idle && idle.memoryKib >= memoryKib ? idle : create(memoryKib);
  // The instance is taken out while it works. One that failed or was stopped midway is never used
  // again.
  idle = null;
  const tag = compute(instance, job);
  idle = instance;
  return tag;
}

function create(memoryKib: number): Instance {
  const { exports } = new WebAssembly.Instance(argon2Module);
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("argon2.wasm: no memory.");
  const call = (name: string, ...values: number[]) => {
    const run = exports[name];
    if (typeof run !== "function") throw new Error(`argon2.wasm: no ${name}.`);
    return Number(run(...values));
  };
  call("_initialize");
  return { memory, call, place: call("malloc", PLACE_BYTES), memoryKib };
}

function compute(
  { memory, call, place }: Instance,
  { message, salt, costs, tagBytes }: Job,
): Uint8Array {
  const saltAt = message.byteLength;
  const tagAt = saltAt + salt.byteLength;
  const end = tagAt + tagBytes;
  if (end > PLACE_BYTES) throw new RangeError(`argon2id: ${end} bytes are too many.`);
  const bytes = () => new Uint8Array(memory.buffer, place, end);
  bytes().set(message);
  bytes().set(salt, saltAt);
  // int argon2_hash(t, m, p, message, salt, tag, encoded, type, version), each buffer with its size.
  const buffers = [place, saltAt, place + saltAt, salt.byteLength, place + tagAt, tagBytes, 0, 0];
  const { passes, memoryKib, lanes } = costs;
  const status = call("argon2_hash", passes, memoryKib, lanes, ...buffers, ARGON2ID, VERSION);
  if (status !== 0) throw new Error(`argon2id: status ${status}.`);
  // A new view is needed, because memory that has grown has another buffer.
  const tag = bytes().slice(tagAt);
  bytes().fill(0);
  return tag;
}
