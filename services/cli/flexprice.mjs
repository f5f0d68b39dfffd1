#!/usr/bin/env node
// `flexprice` from any folder: on whatever Node.js the machine has it hands over to the workspace's own, which runs TypeScript.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const hereDir = path.dirname(fileURLToPath(import.meta.url))
const repositoryDir = path.resolve(hereDir, '../..')
const pinnedNode = path.join(repositoryDir, 'node_modules', '.bin', 'node')
if (!existsSync(pinnedNode)) {
  process.stderr.write(`flexprice: ${repositoryDir} is not installed yet. Run npm run up there once.\n`)
  process.exit(1)
}
const child = spawn(pinnedNode, [path.join(hereDir, 'src', 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
// Ctrl-C reaches the child from the terminal; what is sent to this process alone is passed on, and the child decides.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
process.on('SIGINT', () => undefined)
child.once('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
