import type { ServiceVariables } from '@flexprice/manifests/service-variables'
import {
  closingMark,
  configurationTable,
  openingMark,
  withConfigurationTable,
} from './configuration-table.ts'

/** The table of docs/configuration.md is what the services declare, no more and no less. */
export function configurationPageProblems(page: string, services: readonly ServiceVariables[]): string[] {
  const current = withConfigurationTable(page, configurationTable(services))
  if (current === undefined)
    return [`docs/configuration.md:1 lacks the lines ${openingMark} and ${closingMark}`]
  return current === page
    ? []
    : ['docs/configuration.md:1 has an old table of variables: run pnpm docs:configuration']
}

/** A variable of `.env.example` that nobody reads would be set in vain. */
export function exampleProblems(
  example: string,
  services: readonly ServiceVariables[],
  localStackSources: readonly string[],
): string[] {
  const read = new Set([
    ...services.flatMap(({ variables }) => variables.map(({ name }) => name)),
    ...localStackSources.flatMap((text) =>
      [...text.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, name = '']) => name),
    ),
  ])
  return example.split('\n').flatMap((line, index) => {
    const name = line.match(/^#?\s*([A-Z][A-Z0-9_]*)=/)?.[1]
    return name === undefined || read.has(name)
      ? []
      : [`.env.example:${index + 1} names ${name}, which neither a service nor deploy/local reads`]
  })
}
