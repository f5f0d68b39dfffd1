/** What a reading function says of one variable it reads. */
export interface DeclaredVariable {
  readonly name: string
  /** As one would write it; undefined: without the variable there is no value. */
  readonly default: string | undefined
  readonly unit: string | undefined
  readonly meaning: string
  readonly required: boolean
  /** What values it takes, for people: `0 to 65535`; undefined: any text. */
  readonly allowed: string | undefined
}

/** A person's list of them, two lines a variable. */
export function describeVariables(variables: readonly DeclaredVariable[]): string {
  return variables
    .map((variable) => `  ${variable.name}${remark(variable)}\n      ${variable.meaning}\n`)
    .join('')
}

function remark({ default: otherwise, unit, required, allowed }: DeclaredVariable): string {
  const remarks = [
    ...(required ? ['required'] : []),
    ...(allowed === undefined ? [] : [allowed]),
    ...(otherwise === undefined ? [] : [`default ${otherwise}`]),
    ...(unit === undefined ? [] : [`in ${unit}`]),
  ]
  return remarks.length > 0 ? ` (${remarks.join(', ')})` : ''
}
