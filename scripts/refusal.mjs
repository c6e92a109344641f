/**
 * Ends a script early, with one line that says what is wrong and what to do instead of a stack
 * trace.
 */
export class Refusal extends Error {}

/**
 * Runs a script. A refusal becomes its line on stderr and exit code 1. Anything else is a fault of
 * ours and keeps its stack.
 */
export async function run(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`stepgate: ${error.message}`);
    process.exitCode = 1;
  }
}
