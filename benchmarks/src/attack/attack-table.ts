import type { Table } from '../report.ts'
import type { Watched } from './watch.ts'

export interface AttackRow extends Watched {
  readonly attack: string
  readonly size: string
  /** How many of each status. */
  readonly answers: Readonly<Record<string, number>>
  /** The answers 503, against those of a bare route under the same attack. */
  readonly refused?: Compared
  /** The answers 200, against those of 64 connections with nothing beside them. */
  readonly accepted?: Compared
  readonly checks: Readonly<Record<string, boolean>>
}

interface Compared {
  readonly p99_ms: number
  readonly floor_ms: number
  readonly ratio: number
}

export const attackTable: Table<AttackRow> = {
  columns: [
    'attack',
    'size',
    'answered',
    'refused: p99 against a bare 503’s (≤ 3)',
    'accepted: p99 against idle (≤ 3)',
    'somebody else: answered, p99',
    'health (≤ 1 s)',
    'recovered (≤ 5 s)',
    'memory before, height, after',
  ],
  cells: ({ attack, size, answers, refused, accepted, memory_mb: memory, ...row }) => [
    attack,
    size,
    counts(answers),
    compared(refused),
    compared(accepted),
    `${counts(row.others)}; ${row.others_p99_ms} ms`,
    `${row.health_max_ms} ms`,
    `${row.recovered_s} s`,
    `${memory.before}, ${memory.height}, ${memory.after} MB`,
  ],
}

function counts(answers: Readonly<Record<string, number>>): string {
  return Object.entries(answers)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')
}

function compared(two: Compared | undefined): string {
  return two ? `${two.p99_ms} against ${two.floor_ms} ms: ${two.ratio}` : '–'
}
