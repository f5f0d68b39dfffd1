import type { CommandUnknownOpts } from '@commander-js/extra-typings'

/** A command of the API's: with where it is, and `--json`. */
export function apiCommand(parent: CommandUnknownOpts, name: string, summary: string) {
  return jsonCommand(parent, name, summary)
    .option('--url <url>', "the gateway's address (FLEXPRICE_URL)")
    .option(
      '--api-key <key>',
      'the API key (FLEXPRICE_API_KEY); in the environment other users of the machine cannot see it',
    )
}

/** A command that can answer as JSON. */
export function jsonCommand(parent: CommandUnknownOpts, name: string, summary: string) {
  return parent
    .command(name)
    .description(summary)
    .option('--json', 'print the result as JSON, one document a line; errors too, on standard error')
}

/** A group of commands, with an example of one. */
export function commandGroup(
  parent: CommandUnknownOpts,
  name: string,
  summary: string,
  example: string,
): CommandUnknownOpts {
  return parent.command(name).description(summary).addHelpText('after', examples(example))
}

/** The examples of a help text, in its form. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ flexprice ${line}`).join('\n')}`
}

/** `--wait` and `--watch`, as one of them; the second shows more and wins. */
export function followingOf(options: {
  readonly wait?: true | undefined
  readonly watch?: true | undefined
}) {
  if (options.watch) return 'watch'
  return options.wait ? 'wait' : undefined
}

export const waitOption = ['--wait', 'wait for the end and print the result'] as const
export const watchOption = ['--watch', 'show the progress until the end, then the result'] as const
