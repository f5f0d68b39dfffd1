import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Scoped } from '../connection/connection.ts'
import type { Tables } from '../tables/tables.ts'

/** What a statement's plan did, summed over its nodes. */
export interface PlanWork {
  readonly text: string
  /** Rows and index entries that scans came upon, those that they left out with them. */
  readonly scanned: number
  /** Pairs that joins compared and dropped, and rows that came out of any node. */
  readonly handled: number
}

export interface RecordedReader extends AsyncDisposable {
  readonly reader: Scoped
  /** The statements since the last call. */
  taken(): readonly PlanWork[]
}

/** A handle on one connection that runs each statement a second time, by EXPLAIN ANALYZE, and keeps what it did. */
export async function createRecordedReader(appUrl: string, scope: Scoped['scope']): Promise<RecordedReader> {
  const client = new pg.Client({ connectionString: appUrl })
  await client.connect()
  await client.query(
    "select set_config('app.tenant_id', $1, false), set_config('app.environment_id', $2, false)",
    [scope.tenantId, scope.environmentId],
  )
  // With tables as small as these the planner may prefer whole reads; in large ones it does not.
  await client.query('set enable_seqscan = off')
  let works: PlanWork[] = []
  const recording = {
    release: () => {},
    async query(text: string, parameters: readonly unknown[] = []) {
      const { rows } = await client.query({
        text: `explain (analyze, timing off, summary off, format json) ${text}`,
        values: [...parameters],
      })
      works.push(workOf(text, rows[0]['QUERY PLAN'][0].Plan))
      return client.query({ text, values: [...parameters] })
    },
  }
  const pool = { options: {}, connect: async () => recording, end: () => client.end() }
  // tidy: border — kysely asks for a cursor's overload of `query` that nobody uses here.
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as unknown as pg.Pool }) })
  return {
    reader: { scope, db },
    taken: () => {
      const taken = works
      works = []
      return taken
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Join Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

function workOf(text: string, plan: PlanNode): PlanWork {
  const nodes = allNodes(plan)
  const scans = nodes.filter(
    (node) => /Scan$/.test(node['Node Type']) && !/^(CTE|Subquery|Function)/.test(node['Node Type']),
  )
  return { text, scanned: sum(scans.map(rowsOf)), handled: sum(nodes.map(rowsOf)) }
}

function allNodes(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(allNodes)]
}

function rowsOf(node: PlanNode): number {
  const removed =
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Join Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0)
  return (node['Actual Rows'] + removed) * node['Actual Loops']
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
