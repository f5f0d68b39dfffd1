import { stat } from 'node:fs/promises'
import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { createTask, uploadFile } from '@flexprice/contracts/operations'
import type { ApiClient } from '../api-client.ts'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { usageFailure } from '../command-failure.ts'
import type { Output } from '../output.ts'
import { createProgressView } from '../progress-view.ts'
import { startWorkflow } from '../start-workflow.ts'
import { apiCommand, examples, followingOf, waitOption, watchOption } from './options.ts'

const entities = ['events', 'customers', 'features', 'prices', 'subscriptions'] as const
const formats = ['csv', 'json', 'ndjson'] as const

export function addImport(program: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(program, 'import', 'bring a file and import it')
    .argument('<file>', 'CSV, a JSON array or NDJSON, here or at an https:// address; each may be gzip')
    .addOption(new Option('--as <entity>', 'what its rows are').choices(entities).makeOptionMandatory())
    .addOption(new Option('--format <format>', 'of the file, if its name does not end so').choices(formats))
    .option('--dry-run', 'only check every row, as if it were imported')
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText(
      'after',
      examples(
        'import usage.csv --as events --dry-run --watch',
        'import usage.ndjson.gz --as events --wait',
        'import subscriptions.csv --as subscriptions --dry-run --wait',
      ),
    )
    .action(async (path, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      const format = options.format ?? formatOf(path)
      if (format === undefined) {
        throw usageFailure(
          `The name of ${path} does not say what it is`,
          'Give --format csv, json or ndjson.',
        )
      }
      const body = {
        task_type: 'IMPORT',
        entity_type: options.as.toUpperCase(),
        file_type: format.toUpperCase(),
        ...(isAddress(path)
          ? { file_provider: 'url', file_url: path }
          : { file_provider: 'upload', upload_id: await bring(session, path) }),
        dry_run: options.dryRun === true,
        track_progress: true,
      }
      await startWorkflow(session, createTask, { body }, followingOf(options))
    })
}

function isAddress(path: string): boolean {
  return /^https?:\/\//.test(path)
}

/** By the end of its name, that of gzip aside, and what follows an address. */
function formatOf(path: string): (typeof formats)[number] | undefined {
  const name = isAddress(path) && URL.canParse(path) ? new URL(path).pathname : path
  const end = name.toLowerCase().replace(/\.gz$/, '').replace(/^.*\./, '')
  return end === 'jsonl' ? 'ndjson' : formats.find((format) => format === end)
}

async function bring({ api, output }: { api: ApiClient; output: Output }, path: string): Promise<string> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw usageFailure(`${path} cannot be read: ${error instanceof Error ? error.message : 'no file'}`)
  })
  using view = createProgressView({ ...output, json: false }, output.json ? 'wait' : 'watch')
  const onSent = (bytes: number): void => {
    const percent = Math.floor((bytes / size) * 100)
    // A line each tenth where no bar can be drawn.
    if (output.terminal !== undefined || percent % 10 === 0) view.show('', { percent, bytes_sent: bytes })
  }
  const { body } = await api.call(uploadFile, { file: { path, onSent } })
  return uploadFile.schema.response[201].parse(body).upload_id
}
