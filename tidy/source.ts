import { readFileSync } from 'node:fs'
import { type Program, parseSync, Visitor, type VisitorObject } from 'oxc-parser'

/** A parsed source file. `path` is relative to the root, with `/` between. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly program: Program
}

/** What a file loads (`value`) or only names in its types. */
export interface Import {
  readonly specifier: string
  readonly kind: 'value' | 'type'
  readonly offset: number
}

export function parseSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text, { lang: path.endsWith('.d.ts') ? 'dts' : 'ts' })
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`)
  return { path, text, program }
}

export function readSource(path: string): Source {
  return parseSource(path, readFileSync(path, 'utf8'))
}

export function visit(source: Source, visitor: VisitorObject): void {
  new Visitor(visitor).visit(source.program)
}

/**
 * Every static and dynamic import and re-export. `import { type A }` loads its module (verbatim module
 * syntax keeps the statement), so it counts as a value; `import type` does not.
 */
export function importsOf(source: Source): Import[] {
  const imports: Import[] = []
  const add = (specifier: string, kind: Import['kind'] | undefined, offset: number): void => {
    imports.push({ specifier, kind: kind ?? 'value', offset })
  }
  visit(source, {
    ImportDeclaration: (node) => add(node.source.value, node.importKind, node.start),
    ExportNamedDeclaration: (node) => node.source && add(node.source.value, node.exportKind, node.start),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind, node.start),
    TSImportType: (node) => add(node.source.value, 'type', node.start),
    ImportExpression: ({ source: from, start }) => {
      if (from.type === 'Literal' && typeof from.value === 'string') add(from.value, 'value', start)
    },
  })
  return imports
}

export function lineOf(source: Source, offset: number): number {
  return source.text.slice(0, offset).split('\n').length
}

/** How every rule reports: a place to click on, what is wrong, what to do instead. */
export function problem(source: Source, offset: number, message: string): string {
  return `${source.path}:${lineOf(source, offset)} ${message}`
}

export function isTest(path: string): boolean {
  return /\.test\.ts$|\/testing\//.test(path)
}

/** The reason after `tidy: <mark>` in a comment on the line of the offset or right above it, if there is one. */
export function markAt(source: Source, offset: number, mark: string): string | undefined {
  const lines = source.text.split('\n')
  const last = lineOf(source, offset)
  let first = last
  while (/^\s*(\/\/|\/\*|\*)/.test(lines[first - 2] ?? '')) first--
  return lines
    .slice(first - 1, last)
    .join(' ')
    .match(new RegExp(`(?://|\\*).*tidy: ${mark}\\W+(\\w.*)`))?.[1]
}
