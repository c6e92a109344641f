/**
 * `npm run import -- --from SYSTEM FILE` moves the second factors of another system into a
 * Stepgate, so that phones go on working. With an API key in the environment (STEPGATE_API_KEY)
 * they go to the users of its app, and otherwise the operator's token brings them into the accounts.
 * docs/import.md is the guide.
 */

import { connect } from "./api-client.mjs";
import { listAccounts } from "./import/accounts.mjs";
import { reachApp } from "./import/app-users.mjs";
import { readArguments, readKey } from "./import/arguments.mjs";
import { openFile } from "./import/file.mjs";
import { importRows, surveyRows } from "./import/importer.mjs";
import { readUserMap } from "./import/user-map.mjs";
import { readAdminToken } from "./operator.mjs";
import { Refusal, run } from "./refusal.mjs";

const WIDEST_LABEL = 40;

await run(async () => {
  const { source, from, file, users, by, url, keyStdin, parameters, options } = readArguments();
  const { STEPGATE_API_KEY: apiKey } = process.env;
  const token = apiKey || readAdminToken(url);
  const read = openFile(file);
  await read.head();
  const key = await readKey(source, keyStdin);
  const rename = users ? await readUserMap(openFile(users)) : (row) => row;
  const readRows = async function* () {
    for await (const row of source.read(read, { key, ...parameters })) yield rename(row);
  };
  const call = connect(url);
  const target = apiKey ? await reachApp(call, token, { by }) : await listAccounts(call, token);
  const survey = await surveyRows(readRows, target);
  if (survey.count === 0) throw new Refusal("The file holds no row.");
  if (options.fromRow > survey.count) throw new Refusal(`The file has ${survey.count} rows.`);
  const report = tellRows(survey);
  const outcome = await importRows(call, readRows, { target, options, report });
  tellOutcome(outcome, options, from);
  if (outcome.failed > 0) process.exitCode = 1;
});

/** Prints one line for each row: its number, the user, and the word. */
function tellRows({ count, widest }) {
  const width = Math.min(widest, WIDEST_LABEL);
  const digits = String(count).length;
  return ({ number, label }, code) => {
    console.log(`${String(number).padStart(digits)}  ${printable(label).padEnd(width)}  ${code}`);
  };
}

/** Replaces characters that a terminal obeys, because names come from strangers. */
function printable(text) {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

function tellOutcome({ failed, counts, meanings }, { dryRun }, from) {
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const told = [...counts].map(([code, count]) => `${count} ${code}`).join(", ");
  console.log(`\n${rows} ${rows === 1 ? "row" : "rows"}: ${told}.`);
  for (const [code, meaning] of meanings) console.log(`  ${code}: ${meaning}`);
  if (rows > 0 && counts.get("undecryptable") === rows) console.log("Is it the right key?");
  if (dryRun) console.log("This was a dry run: nothing was written.");
  else if (failed > 0) console.log("Run it again when that is mended: what is there stays.");
  console.log(`Backup codes are not imported from ${from}. Users make new ones after logging in.`);
}
