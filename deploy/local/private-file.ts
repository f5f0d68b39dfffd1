import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const ownerOnly = 0o600

/** Writes JSON that only its owner may read, in one step: a reader never sees half a file. */
export function writePrivateJson(file: string, value: unknown): void {
  const next = `${file}.${process.pid}.next`
  writeFileSync(next, text(value), { mode: ownerOnly })
  renameSync(next, file)
}

/** The same for a file that must not exist yet; answers false when it does, so it can serve as a claim. */
export function createPrivateJson(file: string, value: unknown): boolean {
  try {
    writeFileSync(file, text(value), { mode: ownerOnly, flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

/** The parsed JSON of a file; undefined when there is none. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
