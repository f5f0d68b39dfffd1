import { assert } from '@flexprice/domain'
import type { CompiledQuery, DatabaseConnection, Kysely } from 'kysely'
import type { Tables } from '../tables/tables.ts'
import type { Scoped } from './connection.ts'

/** A statement that can be sent beside others, with what its rows are read as; or several such. */
export interface Reading<Result> {
  runOn(connection: DatabaseConnection, db: Kysely<Tables>): Promise<Result>
}

/** Kysely's builders and its `sql` are both that. */
interface Statement<Row> {
  compile(db: Kysely<Tables>): CompiledQuery<Row>
}

export function reading<Row, Result>(
  statement: Statement<Row>,
  read: (rows: Row[]) => Result,
): Reading<Result> {
  return {
    async runOn(connection, db) {
      const { rows } = await connection.executeQuery<Row>(statement.compile(db))
      return read(rows)
    },
  }
}

/** What a reading's result is made into. */
export function mapped<From, Result>(one: Reading<From>, read: (from: From) => Result): Reading<Result> {
  return {
    async runOn(connection, db) {
      return read(await one.runOn(connection, db))
    },
  }
}

/** A reading that is sent beside others, and whose result is asked for once they are answered. */
export function kept<Result>(one: Reading<Result>): { readonly sent: Reading<void>; result(): Result } {
  let answer: { readonly result: Result } | undefined
  return {
    sent: mapped(one, (result) => {
      answer = { result }
    }),
    result() {
      assert(answer, 'what is asked for was sent')
      return answer.result
    },
  }
}

/** The rows as they are. */
export function rowsOf<Row>(statement: Statement<Row>): Reading<Row[]> {
  return reading(statement, (rows) => rows)
}

type ReadingsOf<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: Reading<Results[Index]>
}

/**
 * Sends statements of which none needs another one's answer in one round trip. PostgreSQL runs them in this
 * order, each with a snapshot of its own: what one locks, those behind it read as it is then.
 *
 * @throws what the first of them that fails has thrown, once all are answered; in a transaction none behind it was run
 */
export async function together<const Results extends readonly unknown[]>(
  { db }: Scoped,
  ...readings: ReadingsOf<Results>
): Promise<Results> {
  return db.getExecutor().provideConnection((connection) => all(readings).runOn(connection, db))
}

/** Readings as one, to be a part of what is sent together. */
export function all<const Results extends readonly unknown[]>(
  readings: ReadingsOf<Results>,
): Reading<Results> {
  return {
    async runOn(connection, db) {
      const answers = await Promise.allSettled(readings.map((one) => one.runOn(connection, db)))
      const results = answers.map((answer) => {
        if (answer.status === 'rejected') throw answer.reason
        return answer.value
      })
      // tidy: border — one result a reading, in their order, which the type of `map` does not say.
      return results as unknown as Results
    },
  }
}
