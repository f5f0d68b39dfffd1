import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const ticksPerSecond = 100

/** CPU seconds of a process, of its children and of those that have ended, as Linux counts them. */
export function cpuSeconds(pid: number): number {
  let ticks = sum(pid, ['utime', 'stime', 'cutime', 'cstime'])
  for (const child of childrenOf(pid)) ticks += sum(child, ['utime', 'stime'])
  return ticks / ticksPerSecond
}

/** The most memory that a process has held since `resetPeakMemory`, in MB. */
export function peakMemoryMb(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(peak) / 1024)
}

export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
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
