import { parseArgs } from 'node:util'
import { reasonOf, StepFailure } from './step-failure.ts'

export interface UpArguments {
  readonly detach: boolean
  readonly onlyServers: boolean
  readonly jaeger: boolean
  readonly watch: boolean
  /** Said by `--detach` alone, to the run that it leaves behind. */
  readonly background: boolean
}

/** Reads what stands behind `npm run up --`; an unknown word is refused, never ignored. */
export function parseUpArguments(args: readonly string[]): UpArguments {
  const values = parseOrFail('npm run up', () => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        detach: { type: 'boolean', default: false },
        only: { type: 'string' },
        jaeger: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        background: { type: 'boolean', default: false },
      },
    })
    if (values.only !== undefined && values.only !== 'servers') {
      throw new Error(`--only knows "servers" alone, not "${values.only}".`)
    }
    if (values.watch && values.detach) {
      throw new Error('--watch needs this process to stay: leave --detach out.')
    }
    return values
  })
  return {
    detach: values.detach,
    onlyServers: values.only === 'servers',
    jaeger: values.jaeger,
    watch: values.watch,
    background: values.background,
  }
}

/** Reads what stands behind `npm run down --`. */
export function parseDownArguments(args: readonly string[]): { readonly wipe: boolean } {
  return parseOrFail('npm run down', () => {
    const { values } = parseArgs({ args: [...args], options: { wipe: { type: 'boolean', default: false } } })
    return { wipe: values.wipe }
  })
}

function parseOrFail<T>(command: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new StepFailure('Reading the options', reasonOf(error), `${command} -- --help lists them.`)
  }
}
