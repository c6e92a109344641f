/**
 * A D1 database that sends nothing itself: it hands the statements of each call to a function, which says
 * where they run. All statements of one call are one transaction there, as they are on D1.
 */

/** A statement that has not been sent yet. */
export interface Recorded {
  sql: string;
  values: unknown[];
}

/** Runs the statements in one transaction and answers the result of each. */
export type Run = (statements: readonly Recorded[]) => Promise<D1Result[]>;

export function recordingDatabase(run: Run): D1Database {
  return new RecordingDatabase(run);
}

class RecordingDatabase implements D1Database {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  prepare(sql: string): D1PreparedStatement {
    return new RecordedStatement(this.#run, { sql, values: [] });
  }

  async batch<T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    const results: D1Result<never>[] = typed(await this.#run(statements.map(recordOf)));
    return results;
  }

  exec(): never {
    return refuse("exec");
  }

  /** Asks the primary like any other call: a copy that is behind does not know the fence of today. */
  withSession(): D1DatabaseSession {
    const batch = <T>(statements: D1PreparedStatement[]) => this.batch<T>(statements);
    return { prepare: (sql) => this.prepare(sql), batch, getBookmark: () => null };
  }

  dump(): never {
    return refuse("dump");
  }
}

class RecordedStatement implements D1PreparedStatement {
  readonly #run: Run;
  readonly record: Recorded;

  constructor(run: Run, record: Recorded) {
    this.#run = run;
    this.record = record;
  }

  bind(...values: unknown[]): D1PreparedStatement {
    return new RecordedStatement(this.#run, { sql: this.record.sql, values });
  }

  async all<T>(): Promise<D1Result<T>> {
    const [result] = typed(await this.#run([this.record]));
    if (!result) throw new Error("a statement without a result");
    return result;
  }

  run<T>(): Promise<D1Result<T>> {
    return this.all<T>();
  }

  async first<T>(column?: string): Promise<T | null> {
    const { results } = await this.all<never>();
    const row: Record<string, T> | undefined = results[0];
    if (row === undefined) return null;
    return column === undefined ? (results[0] ?? null) : (row[column] ?? null);
  }

  /** D1 has no batch of raw results. No statement of ours has two columns of one name. */
  async raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>;
  async raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>;
  async raw(options?: { columnNames?: boolean }): Promise<never> {
    if (options?.columnNames) return refuse("raw with the names of columns");
    const { results } = await this.all<Record<string, unknown>>();
    const rows: unknown = results.map((row) => Object.values(row));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a type that the caller names, as D1's own
    return rows as never;
  }
}

function recordOf(statement: D1PreparedStatement): Recorded {
  if (statement instanceof RecordedStatement) return statement.record;
  throw new Error("a statement of another database");
}

function refuse(what: string): never {
  throw new Error(`${what} is not for a database that is one of many`);
}

/** D1 types its rows by what the caller says of them. */
function typed(results: D1Result[]): D1Result<never>[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as D1 does itself
  return results as D1Result<never>[];
}
