import { isDeepStrictEqual } from 'node:util'
import type { DeclaredVariable } from './declared-variable.ts'

/**
 * Reads variables one by one. Each call also declares its variable, so a reading function calls for every variable
 * whatever the others say: those it left out would be documented nowhere. An empty variable counts as none. A value
 * that is wrong becomes a problem; what is returned then has the right type, and is thrown away with the rest.
 */
export interface Environment {
  text<Otherwise extends string | undefined>(name: string, about: Optional<Otherwise>): string | Otherwise
  /** Text that must be there. */
  required(name: string, about: About): string
  /** A whole number within limits. */
  integer(name: string, about: Optional<number> & Limits): number
  /** A number within limits, whole or not. */
  ratio(name: string, about: Optional<number> & Limits): number
  oneOf<const Value extends string, Otherwise extends NoInfer<Value> | undefined>(
    name: string,
    values: readonly Value[],
    about: Optional<Otherwise>,
  ): Value | Otherwise
  /** An address by one of the schemes, `['http', 'https']`. */
  url(name: string, schemes: readonly string[], about: Optional<undefined>): string | undefined
  requiredUrl(name: string, schemes: readonly string[], about: About): string
  /** For what only the variables together show. */
  problem(name: string, what: string): void
}

export interface About {
  /** For people, without a full stop: it becomes the variable's row in docs/configuration.md. */
  readonly meaning: string
  /** `ms`; none for what is named or counted. */
  readonly unit?: string
}

interface Optional<Otherwise> extends About {
  /** The default; `undefined` says that there is none. */
  readonly otherwise: Otherwise
}

interface Limits {
  readonly min: number
  readonly max: number
}

interface RecordingEnvironment extends Environment {
  /** One readable line each, in the order of reading. */
  readonly problems: readonly string[]
  declared(): readonly DeclaredVariable[]
}

export function createEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): RecordingEnvironment {
  const problems: string[] = []
  const declared = new Map<string, DeclaredVariable>()
  const problem = (name: string, what: string): void => {
    problems.push(`${name}: ${what}`)
  }
  const read = (name: string, about: Declaration): string | undefined => {
    const variable = declare(name, about)
    const earlier = declared.get(name) ?? variable
    if (!isDeepStrictEqual(earlier, variable)) throw new Error(`${name} is declared twice, differently`)
    declared.set(name, variable)
    return variables[name]?.trim() || undefined
  }
  const demand = (name: string, about: Declaration): string => {
    const value = read(name, { ...about, required: true })
    if (value === undefined) problem(name, `is missing: ${about.meaning}`)
    return value ?? ''
  }
  return {
    problems,
    problem,
    declared: () => [...declared.values()],
    text: (name, about) => read(name, about) ?? about.otherwise,
    required: demand,
    oneOf(name, values, about) {
      const value = read(name, { ...about, allowed: values.join(', ') })
      const found = values.find((candidate) => candidate === value)
      if (value !== undefined && found === undefined) problem(name, `must be one of ${values.join(', ')}`)
      return found ?? about.otherwise
    },
    ...addressReaders(read, demand, problem),
    ...numberReaders(read, problem),
  }
}

interface Declaration extends About {
  readonly otherwise?: string | number | undefined
  readonly allowed?: string
  readonly required?: boolean
}

function declare(name: string, { otherwise, unit, meaning, required, allowed }: Declaration) {
  return {
    name,
    default: otherwise === undefined ? undefined : String(otherwise),
    unit,
    meaning,
    required: required ?? false,
    allowed,
  }
}

type Read = (name: string, about: Declaration) => string | undefined
type Problem = Environment['problem']

function addressReaders(
  read: Read,
  demand: (name: string, about: Declaration) => string,
  problem: Problem,
): Pick<Environment, 'url' | 'requiredUrl'> {
  const check = (name: string, schemes: readonly string[], value: string): void => {
    const begins = schemes.map((scheme) => `${scheme}://`)
    // PostgreSQL's `user@/database?host=/socket` is an address too, though not by the URL standard.
    const parses = URL.canParse(value.replace('@/', '@localhost/'))
    if (!parses || !begins.some((begin) => value.startsWith(begin))) {
      problem(name, `must be a URL that begins with ${begins.join(' or ')}`)
    }
  }
  return {
    url(name, schemes, about) {
      const value = read(name, about)
      if (value !== undefined) check(name, schemes, value)
      return value
    },
    requiredUrl(name, schemes, about) {
      const value = demand(name, about)
      if (value !== '') check(name, schemes, value)
      return value
    },
  }
}

function numberReaders(read: Read, problem: Problem): Pick<Environment, 'integer' | 'ratio'> {
  const reader =
    (what: string, form: RegExp): Environment['integer'] =>
    (name, about) => {
      const allowed = `${about.min} to ${about.max}`
      const value = read(name, { ...about, allowed })
      if (value === undefined) return about.otherwise
      const number = form.test(value) ? Number(value) : Number.NaN
      if (!(number >= about.min && number <= about.max)) problem(name, `must be ${what} from ${allowed}`)
      return number
    }
  return {
    integer: reader('a whole number', /^\d{1,15}$/),
    ratio: reader('a number', /^[\d.e-]{1,30}$/i),
  }
}
