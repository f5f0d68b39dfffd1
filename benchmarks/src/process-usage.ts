import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const ticksPerSecond = 100

/** CPU seconds of a process, of its children and of those that have ended, as Linux counts them. */
export function cpuSeconds(pid: number): number {
  let ticks = sum(pid, ['utime', 'stime', 'cutime', 'cstime'])
  for (const child of childrenOf(pid)) ticks += sum(child, ['utime', 'stime'])
  return ticks / ticksPerSecond
}

/** The most memory that a process has held since `resetPeakMemory`, in MB. */
export function peakMemoryMb(pid: number): number {
  return statusMb(pid, 'VmHWM')
}

/** The least that it holds, in MB, while nothing is asked of it: at first a service holds what its start has left. */
export async function idleMemoryMb(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < idleLooks; look++) {
    least = Math.min(least, statusMb(pid, 'VmRSS'))
    await sleep(idleLookMs)
  }
  return least
}

/** V8 collects what a start has left some ten seconds after it. */
const idleLooks = 40
const idleLookMs = 500

export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

function statusMb(pid: number, name: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kb = status.split('\n').find((line) => line.startsWith(`${name}:`))
  return Math.round(Number.parseInt(kb?.slice(name.length + 1) ?? '', 10) / 1024)
}

const statFields = { utime: 11, stime: 12, cutime: 13, cstime: 14 } as const

function sum(pid: number, fields: readonly (keyof typeof statFields)[]): number {
  const values = statOf(pid)
  return fields.reduce((total, field) => total + Number(values[statFields[field]] ?? 0), 0)
}

/** The values behind the name, which may itself hold blanks; none when the process has just ended. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statOf(candidate)[1] === String(pid))
}
