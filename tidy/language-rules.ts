import { basename } from 'node:path'
import { importsOf, isTest, markAt, problem, type Source, visit } from './source.ts'

/** `any`, `!` and `as` switch the compiler off. `as const` does not; a border says why with `tidy: border`. */
export function escapeProblems(source: Source): string[] {
  const problems: string[] = []
  const refuse = (offset: number, what: string): void => {
    if (markAt(source, offset, 'border') !== undefined) return
    problems.push(
      problem(source, offset, `has ${what}: narrow the type, or say why in a comment \`tidy: border — …\``),
    )
  }
  visit(source, {
    TSAnyKeyword: (node) => refuse(node.start, '`any`'),
    TSNonNullExpression: (node) => refuse(node.end, 'a non-null `!`'),
    TSTypeAssertion: (node) => refuse(node.start, 'a type assertion'),
    VariableDeclarator: (node) => node.definite && refuse(node.start, 'a definite `!`'),
    PropertyDefinition: (node) => node.definite && refuse(node.start, 'a definite `!`'),
    TSAsExpression: ({ typeAnnotation: type, expression }) => {
      const isConst = type.type === 'TSTypeReference' && source.text.slice(type.start, type.end) === 'const'
      if (!isConst) refuse(expression.end, '`as`')
    },
  })
  return problems
}

/** A default export has as many names as importers. Tools that ask for one are called `*.config.ts`. */
export function defaultExportProblems(source: Source): string[] {
  if (source.path.endsWith('.config.ts')) return []
  const problems: string[] = []
  const refuse = (offset: number): void => {
    problems.push(problem(source, offset, 'has a default export: name it'))
  }
  visit(source, {
    ExportDefaultDeclaration: (node) => refuse(node.start),
    ExportSpecifier: ({ exported, start }) => {
      if ('name' in exported && exported.name === 'default') refuse(start)
    },
  })
  return problems
}

/** The environment is read once, by the `config.ts` of a process, by an image's probe, and by what is for development only. */
export function environmentProblems(source: Source): string[] {
  const allowed =
    /(^|\/)config\.ts$|\.config\.ts$|^deploy\/(local\/|healthy\.mjs$)|^benchmarks\/|^packages\/testing\//
  if (allowed.test(source.path)) return []
  const problems: string[] = []
  const refuse = (offset: number): void => {
    problems.push(problem(source, offset, 'reads the environment: only a config.ts may'))
  }
  visit(source, {
    MemberExpression: ({ object, property, start }) => {
      if (isName(object, 'process') && (isName(property, 'env') || isText(property, 'env'))) refuse(start)
    },
    ImportSpecifier: ({ imported, start }) => {
      const fromProcess = importsOf(source).some(({ specifier }) => /^(node:)?process$/.test(specifier))
      if (fromProcess && isName(imported, 'env')) refuse(start)
    },
  })
  return problems
}

/** The domain has no clock, no chance and no surroundings: the same arguments give the same answer. */
export function purityProblems(source: Source): string[] {
  if (!source.path.startsWith('packages/domain/') || isTest(source.path)) return []
  const problems: string[] = []
  const refuse = (offset: number, what: string): void => {
    problems.push(
      problem(source, offset, `uses ${what}: instants, ids and settings are arguments in the domain`),
    )
  }
  visit(source, {
    NewExpression: ({ callee, arguments: given, start }) => {
      if (isName(callee, 'Date') && given.length === 0) refuse(start, 'the clock')
    },
    MemberExpression: ({ object, property, start }) => {
      if (isName(object, 'Date') && isName(property, 'now')) refuse(start, 'the clock')
      if (isName(object, 'Temporal') && isName(property, 'Now')) refuse(start, 'the clock')
      if (isName(object, 'Math') && isName(property, 'random')) refuse(start, 'chance')
    },
    Identifier: ({ name, start }) => {
      if (/^(process|performance|crypto|fetch|console|setTimeout|setInterval)$/.test(name))
        refuse(start, name)
    },
  })
  return problems
}

/** A file that only re-exports is one more place to look. A package has one, and its `exports` names it. */
export function barrelProblems(source: Source, entries: ReadonlySet<string>): string[] {
  const { body } = source.program
  const onlyReExports =
    body.length > 0 && body.every((statement) => 'source' in statement && statement.source !== null)
  const exportsAll = body.every(({ type }) => type.startsWith('Export'))
  if (onlyReExports && exportsAll && !entries.has(source.path)) {
    return [
      problem(source, 0, 'only re-exports, and no package.json exports it: import the files themselves'),
    ]
  }
  return importsOf(source)
    .filter(
      ({ specifier }) =>
        /^\.{1,2}\/(\.\.\/)*index\.ts$/.test(specifier) && basename(source.path) !== 'index.ts',
    )
    .filter(() => !isTest(source.path))
    .map(({ specifier, offset }) => problem(source, offset, `imports ${specifier}: import the file itself`))
}

function isName(node: { readonly type: string }, name: string): boolean {
  return node.type === 'Identifier' && 'name' in node && node.name === name
}

function isText(node: { readonly type: string }, value: string): boolean {
  return node.type === 'Literal' && 'value' in node && node.value === value
}
