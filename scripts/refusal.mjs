/** What ends a script early: one line that says what is wrong and what to do, in the place of a stack trace. */
export class Refusal extends Error {}

/** Runs a script. A refusal becomes its line on stderr and exit code 1; anything else is a fault of ours and keeps its stack. */
export async function run(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`stepgate: ${error.message}`);
    process.exitCode = 1;
  }
}
