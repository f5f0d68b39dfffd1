import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { operations } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { runCommandLine } from '../run-command-line.ts'
import { importProbe, probeImport } from './probe-import.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line in the test's own process, with one workflow more than there are. */
export async function runInProcess(
  args: readonly string[],
  url = 'http://127.0.0.1:9',
  stdin = '',
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await runCommandLine(args, {
    variables: { FLEXPRICE_URL: url, FLEXPRICE_API_KEY: 'sk_test' },
    stdin: Readable.from([stdin]),
    stdout,
    stderr,
    workflows: { ...workflows, 'probe-import': probeImport },
    operations: [...operations, importProbe],
  })
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr) }
}
