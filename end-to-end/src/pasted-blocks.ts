import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'

const repositoryDir = path.resolve(import.meta.dirname, '../..')
/** Between what one block prints and what the next one does. */
const mark = '--- end of a block ---'

/** A page's block of commands, and what the page says that it prints. */
interface Block {
  readonly commands: string
  readonly printed: string
}

/** @param of.file a page, from the repository's root; `heading`: of its section alone */
export function blocksOf({ file, heading }: { file: string; heading?: string }): readonly Block[] {
  const page = readFileSync(path.join(repositoryDir, file), 'utf8')
  const sections = page.split(/^(?=## )/m)
  const read =
    heading === undefined ? page : (sections.find((one) => one.startsWith(`## ${heading}\n`)) ?? '')
  return [...read.matchAll(/^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/gms)].map(
    ([, commands = '', printed = '']) => ({ commands, printed }),
  )
}

/** Pastes them into one shell, as somebody would who has set the variables. @returns what each prints */
export async function paste(
  blocks: readonly Block[],
  variables: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-pasted-'))
  try {
    const file = path.join(dir, 'pasted.sh')
    const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`)
    const commands = blocks.map((block) => `${block.commands}echo '${mark}'\n`)
    writeFileSync(file, [...exports, ...commands].join(''), { mode: 0o600 })
    const shell = spawn('bash', [file], { cwd: repositoryDir, stdio: ['ignore', 'pipe', 'inherit'] })
    return (await text(shell.stdout)).split(`${mark}\n`).slice(0, -1)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
