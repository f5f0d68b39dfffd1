/** Reads variables one by one and collects everything that is wrong, so that a person mends it in one go. */
export function createEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const problems: string[] = []
  const text = (name: string): string | undefined => {
    const value = variables[name]?.trim()
    return value === '' ? undefined : value
  }
  const problem = (subject: string, what?: string): void => {
    problems.push(what === undefined ? subject : `${subject}: ${what}`)
  }
  return {
    problems,
    problem,
    text,
    required(name) {
      const value = text(name)
      if (value === undefined) problem(name, 'is missing')
      return value ?? ''
    },
    integer(name, { min, max, otherwise }) {
      const value = text(name)
      if (value === undefined) return otherwise
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= min && number <= max)) problem(name, `must be a whole number from ${min} to ${max}`)
      return number
    },
    all: () =>
      Object.fromEntries(
        Object.keys(variables).flatMap((name) => {
          const value = text(name)
          return value === undefined ? [] : [[name, value]]
        }),
      ),
  }
}

export interface Environment {
  /** One readable line each. */
  readonly problems: readonly string[]
  problem(subject: string, what?: string): void
  /** An empty variable counts as none. */
  text(name: string): string | undefined
  required(name: string): string
  integer(name: string, limits: { min: number; max: number; otherwise: number }): number
  all(): Record<string, string>
}
