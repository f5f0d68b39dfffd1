import type { ConfigResult, Variables } from '@flexprice/configuration'
import type { Operation } from '@flexprice/contracts/wire'
import type { WorkflowContract } from '@flexprice/contracts/workflows'
import { type ApiClient, createApiClient } from './api-client.ts'
import { usageFailure } from './command-failure.ts'
import { apiConfig } from './config.ts'
import { createOutput, type Output, type Streams } from './output.ts'

/** What a command works with; a test hands in its own. */
export interface CommandContext extends Streams {
  readonly variables: Variables
  readonly stdin: AsyncIterable<unknown>
  /** Every workflow there is, and every operation: the commands are made of them. */
  readonly workflows: Readonly<Record<string, WorkflowContract>>
  readonly operations: readonly Operation[]
}

export interface JsonOption {
  readonly json?: true | undefined
}

export interface ApiOptions extends JsonOption {
  readonly url?: string | undefined
  readonly apiKey?: string | undefined
}

export function outputOf(context: CommandContext, { json }: JsonOption): Output {
  return createOutput(context, { json: json === true })
}

/** The API as the environment says where it is, or the options, which go before. */
export function apiOf(context: CommandContext, { url, apiKey }: ApiOptions): ApiClient {
  return createApiClient(configured(context, apiConfig, { FLEXPRICE_URL: url, FLEXPRICE_API_KEY: apiKey }))
}

/** The part of the configuration that a command needs; all that is wrong with it is told at once. */
export function configured<Config>(
  { variables }: CommandContext,
  read: (variables: Variables) => ConfigResult<Config>,
  overrides: Variables = {},
): Readonly<Config> {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined)
  const result = read({ ...variables, ...Object.fromEntries(given) })
  if (result.ok) return result.config
  const problems = result.problems.map((line) => `\n  ${line}`).join('')
  const options = Object.keys(overrides).map((name) => optionOf[name])
  throw usageFailure(
    `The configuration is not usable:${problems}`,
    options.length === 0 ? undefined : `Set it in the environment, or give ${options.join(', ')}.`,
  )
}

const optionOf: Readonly<Record<string, string>> = {
  FLEXPRICE_URL: '--url',
  FLEXPRICE_API_KEY: '--api-key',
  FLEXPRICE_METRICS_URL: '--metrics-url',
}
