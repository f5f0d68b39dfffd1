// The first stage of `npm run up`, `down` and `test`. It runs on whatever Node.js the machine has (>= 20), which may
// strip no types and has nothing installed yet: so plain JavaScript without dependencies. It installs the workspace,
// then hands over to the pinned Node and the TypeScript file beside it.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const hereDir = path.dirname(fileURLToPath(import.meta.url))
const repositoryDir = path.resolve(hereDir, '../..')
const modulesDir = path.join(repositoryDir, 'node_modules')
const stampFile = path.join(modulesDir, '.flexprice-installed')
const pinnedNode = path.join(modulesDir, '.bin', 'node')
const pnpmVersion = '12.21.0'

const usages = {
  up: `npm run up -- [options]      starts everything this project needs and leaves it running until Ctrl-C

  --detach         return when all is ready and leave it running, watched over (npm run down stops it)
  --only servers   PostgreSQL, Redis and Temporal alone, for people who run a service in their editor
  --jaeger         with Jaeger, to look at traces; built once from source if it is not on the PATH (needs Go)
  --watch          restart a service when its source changes (what pnpm dev does)
  --help           this text

What is already there is used: see .env.example (DATABASE_URL, TEMPORAL_ADDRESS, REDIS_URL, ...).
What runs, with its URLs, the API key and the logs, is written to .local/stack.json.`,
  down: `npm run down -- [options]    stops what npm run up started, and nothing else

  --wipe           remove .local/ too: the data, the passwords, the logs and the downloaded programs
  --help           this text`,
  test: `npm test -- [options] [paths]   runs every check and test on a throw-away stack of its own

  paths, options   are passed to vitest: npm test -- packages/domain -t "periods tile time"
  --help           this text`,
}

main().catch((error) =>
  fail('Start', error.message, 'Please report this: it is a mistake in deploy/local/bootstrap.mjs.'),
)

async function main() {
  const [command, ...args] = process.argv.slice(2)
  const usage = usages[command]
  if (!usage) fail('Start', `There is no command "${command}".`, 'Use npm run up, npm run down or npm test.')
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(`${usage}\n`)
  if (process.platform === 'win32') {
    fail(
      'Start',
      'Windows has neither the signals nor the process groups this needs.',
      'Run it in WSL 2, or use deploy/compose.yaml.',
    )
  }
  // To stop what runs must not depend on a registry: any earlier install will do.
  if (command !== 'down' || !existsSync(pinnedNode)) await install()
  const { code, signal } = await run(pinnedNode, [path.join(hereDir, `${command}.ts`), ...args])
  process.exit(signal ? 128 + constants.signals[signal] : code)
}

/** Installs the workspace unless exactly this lockfile is installed already, so that a second run works offline. */
async function install() {
  const wanted = createHash('sha256')
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    wanted.update(readFileSync(path.join(repositoryDir, name)))
  const stamp = wanted.digest('hex')
  if (existsSync(pinnedNode) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  process.stdout.write(`Installing the workspace (pnpm ${pnpmVersion})\n`)
  const { code, signal, error } = await run('npx', [
    '--yes',
    '--prefer-offline',
    `pnpm@${pnpmVersion}`,
    'install',
    '--frozen-lockfile',
  ])
  if (signal) process.exit(128 + constants.signals[signal])
  if (code !== 0 || !existsSync(pinnedNode)) {
    const reason = error ? error.message : `pnpm install ended with code ${code}; what it said stands above.`
    fail(
      'Install',
      reason,
      'It needs npm on the PATH and, the first time, the npm registry. Try again when it can be reached.',
    )
  }
  try {
    writeFileSync(stampFile, stamp)
  } catch {
    // Only costs the next run a second: the folder may be read-only for this user.
  }
}

/** Runs a command in the foreground, passes signals on to it, and answers how it ended. */
function run(command, args) {
  const child = spawn(command, args, { cwd: repositoryDir, stdio: 'inherit' })
  const forward = (signal) => child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  return new Promise((resolve) => {
    const done = (result) => {
      for (const signal of signals) process.off(signal, forward)
      resolve(result)
    }
    child.on('error', (error) => done({ code: 1, signal: null, error }))
    child.on('exit', (code, signal) => done({ code, signal }))
  })
}

function fail(step, reason, remedy) {
  process.stderr.write(`\n${step} failed.\n  Reason: ${reason}\n  Remedy: ${remedy}\n`)
  process.exit(1)
}
