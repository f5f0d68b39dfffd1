import { isDeepStrictEqual } from 'node:util'
import type { DeclaredVariable } from '@flexprice/configuration'
import type { ServiceVariables } from '@flexprice/manifests/service-variables'

/** The table of docs/configuration.md: one row a variable, in the order of first reading, whatever number of services read it. */
export function configurationTable(services: readonly ServiceVariables[]): string {
  const names = services.map(({ service }) => service)
  const readers = new Map<string, Reader[]>()
  for (const { service, variables } of services) {
    for (const variable of variables) {
      readers.set(variable.name, [...(readers.get(variable.name) ?? []), { service, variable }])
    }
  }
  return [
    '| variable | read by | default | unit | meaning |',
    '|---|---|---|---|---|',
    ...[...readers.values()].map((readersOfOne) => row(readersOfOne, names)),
  ].join('\n')
}

/** The text with the table between its marks; undefined if it has no marks. */
export function withConfigurationTable(text: string, table: string): string | undefined {
  const [before, rest, ...more] = text.split(`${openingMark}\n`)
  const [, after] = rest?.split(closingMark) ?? []
  if (before === undefined || after === undefined || more.length > 0) return undefined
  return `${before}${openingMark}\n${table}\n${closingMark}${after}`
}

export const openingMark = '<!-- configuration -->'
export const closingMark = '<!-- /configuration -->'

interface Reader {
  readonly service: string
  readonly variable: DeclaredVariable
}

function row(readers: readonly Reader[], services: readonly string[]): string {
  const [first] = readers
  if (first === undefined) return ''
  const { variable } = first
  for (const other of readers) {
    // A name is chosen once: only the default may depend on the service.
    if (!isDeepStrictEqual({ ...other.variable, default: variable.default }, variable)) {
      throw new Error(`${variable.name} is declared differently by ${first.service} and ${other.service}`)
    }
  }
  const cells = [
    `\`${variable.name}\``,
    people(
      readers.map(({ service }) => service),
      services,
    ),
    defaults(readers, services),
    variable.unit ?? '',
    variable.allowed === undefined ? variable.meaning : `${variable.meaning} (${variable.allowed})`,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function defaults(readers: readonly Reader[], services: readonly string[]): string {
  const byValue = Map.groupBy(readers, ({ variable }) => defaultOf(variable))
  if (byValue.size === 1) return [...byValue.keys()].join()
  return [...byValue]
    .map(([value, group]) => {
      const who = people(
        group.map(({ service }) => service),
        services,
      )
      return `${value} (${who})`
    })
    .join(', ')
}

function defaultOf({ required, default: otherwise }: DeclaredVariable): string {
  if (required) return '**required**'
  return otherwise === undefined ? '' : `\`${otherwise}\``
}

function people(readers: readonly string[], services: readonly string[]): string {
  if (readers.length === services.length) return 'all'
  const workers = services.filter((service) => service.startsWith('worker-'))
  if (workers.length < 2 || !workers.every((worker) => readers.includes(worker))) return readers.join(', ')
  return [...readers.filter((reader) => !workers.includes(reader)), 'workers'].join(', ')
}
