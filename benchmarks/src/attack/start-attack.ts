import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Attack, Attacked } from './attack-kinds.ts'

const main = fileURLToPath(new URL('attackers.ts', import.meta.url))
const attackTimeoutMs = 300_000

/** Resolves when the attack is over. */
export async function startAttack(attack: Attack): Promise<Attacked> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, JSON.stringify(attack)], {
    timeout: attackTimeoutMs,
  })
  return JSON.parse(stdout)
}
