import { lineOf, markAt, problem, type Source, visit } from './source.ts'

const fileLinesMax = 250
const functionLinesMax = 60
/** Where a file's own reason for being long must stand. */
const headLines = 10

export function sizeProblems(source: Source): string[] {
  return [...fileSizeProblems(source), ...functionSizeProblems(source)]
}

function fileSizeProblems(source: Source): string[] {
  const lines = source.text.trimEnd().split('\n')
  if (lines.length <= fileLinesMax) return []
  if (/tidy: long because \w/.test(lines.slice(0, headLines).join('\n'))) return []
  return [
    problem(source, 0, `has ${lines.length} lines, at most ${fileLinesMax}: it is two things, split it`),
  ]
}

/** `describe` groups tests and is no function in this sense; what it contains is measured by itself. */
function functionSizeProblems(source: Source): string[] {
  const problems: string[] = []
  const groups = new Set<number>()
  const measure = (node: { readonly start: number; readonly end: number }): void => {
    const lines = lineOf(source, node.end) - lineOf(source, node.start) + 1
    if (lines <= functionLinesMax || groups.has(node.start)) return
    if (markAt(source, node.start, 'long because') !== undefined) return
    problems.push(
      problem(source, node.start, `is a function of ${lines} lines, at most ${functionLinesMax}: split it`),
    )
  }
  visit(source, {
    CallExpression: (node) => {
      if (!source.text.startsWith('describe', node.start)) return
      for (const argument of node.arguments) groups.add(argument.start)
    },
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  })
  return problems
}
