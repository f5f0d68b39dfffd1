import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { isRunnable } from './run-command.ts'
import type { StackRun } from './stack-run.ts'

const downloadTimeoutMs = 300_000

/**
 * The program that Temporal's SDK downloads for its own tests. The SDK offers no download without a start, so a
 * server is started once and stopped; the file stays below `.local/`.
 */
export async function downloadedTemporal(run: StackRun, tell: (doing: string) => void): Promise<string> {
  const dir = path.join(run.config.toolsDir, 'temporal')
  mkdirSync(dir, { recursive: true })
  const present = programIn(dir)
  if (present) return present
  tell(`fetching it by the SDK's own download`)
  const timeout = AbortSignal.any([run.signal, AbortSignal.timeout(downloadTimeoutMs)])
  const started = TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: dir } },
  })
  const environment = await Promise.race([started, rejectedWhen(timeout)])
  await environment.teardown()
  const downloaded = programIn(dir)
  if (!downloaded) throw new Error(`the SDK left no program in ${dir}`)
  return downloaded
}

function programIn(dir: string): string | undefined {
  return readdirSync(dir)
    .map((name) => path.join(dir, name))
    .find((file) => !file.endsWith('.downloading') && isRunnable(file))
}

function rejectedWhen(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(new Error(`not downloaded within ${downloadTimeoutMs / 1000} s`))
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
}
