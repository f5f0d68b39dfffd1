import { Client, Connection } from '@temporalio/client'
import type { BenchStack } from '../bench-stack.ts'
import { type Row, round } from '../report.ts'
import { checkEvents, type EventFile, sizeOf } from './event-files.ts'
import { type ImportRun, productImport, rowsImported, untilImported, worker } from './product-import.ts'

interface Usage {
  readonly wall_s: number
  readonly cpu_s: number
}

/** Where the time went that a kill has cost, each in seconds since the kill but the last. */
interface Cost {
  /** The new process is ready. */
  readonly restart_s: number
  /** The next attempt has begun: no heartbeat came for long enough, and the pause before a retry was over. */
  readonly timeout_s: number
  /** From there until its first page was written, which the killed worker had begun. */
  readonly page_s: number
}

/** An import whose worker is killed once half of the rows are behind it, against one that is not: what that costs, by its parts. */
export async function killedRow(stack: BenchStack, file: EventFile, unharmed: Usage): Promise<Row> {
  let behind = 0
  let killed = { at: 0, restart_s: 0, pageAt: 0 }
  const run = await productImport(stack, file, async () => {
    behind = await untilImported(stack, file.events / 2)
    killed = await kill(stack)
  })
  const attemptAt = await lastAttemptAt(stack, run)
  const cost: Cost = {
    restart_s: killed.restart_s,
    timeout_s: (attemptAt - killed.at) / 1000,
    page_s: (killed.pageAt - attemptAt) / 1000,
  }
  const product = {
    wall_s: round(run.wall_s),
    cpu_s: round(run.cpu_s),
    peak_rss_mb: run.peak_rss_mb,
  }
  return {
    scenario: `P10 ${file.type}, the worker killed with ${behind} rows written, against one that is not: ${round(run.wall_s - unharmed.wall_s, 1)} s more (${told(cost)})`,
    size: sizeOf(file),
    product,
    floor: unharmed,
    ratio: round(product.wall_s / unharmed.wall_s),
    cpu_ratio: null,
    goal: '–',
    checks: {
      ...(await checkEvents(stack, file)),
      'none rejected': run.tellsItsCounts,
      'killed in the middle': behind < file.events,
    },
  }
}

function told({ restart_s, timeout_s, page_s }: Cost): string {
  const parts = `the time-out ${round(timeout_s, 1)} s, one page ${round(page_s, 1)} s`
  const isHidden = restart_s <= timeout_s
  return `${parts}; the restart ${round(restart_s, 1)} s${isHidden ? ', within the time-out' : ''}`
}

/** Answers once the first page is written after it. */
async function kill(stack: BenchStack): Promise<{ at: number; restart_s: number; pageAt: number }> {
  const at = Date.now()
  await stack.killAndRestart(worker)
  const restart_s = (Date.now() - at) / 1000
  // What the killed one has still committed is there by now.
  await untilImported(stack, (await rowsImported(stack)) + 1)
  return { at, restart_s, pageAt: Date.now() }
}

/** When the activity that has ended the import had begun. */
async function lastAttemptAt(
  { temporalAddress: address }: BenchStack,
  { workflow_id: workflowId, run_id: runId }: Pick<ImportRun, 'workflow_id' | 'run_id'>,
): Promise<number> {
  const connection = await Connection.connect({ address })
  try {
    const { events } = await new Client({ connection }).workflow.getHandle(workflowId, runId).fetchHistory()
    const started = events?.find((event) => event.activityTaskStartedEventAttributes)
    return Number(started?.eventTime?.seconds ?? 0) * 1000 + Number(started?.eventTime?.nanos ?? 0) / 1e6
  } finally {
    await connection.close()
  }
}
