/** What must be in no file, whatever its kind. The address of a public project is fine, a mirror's is not. */
const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a path of one machine', pattern: /(?<![\w.}\-/])\/(work|root|home|Users)\/[\w.-]/ },
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY/ },
  {
    what: 'an access token',
    pattern: /\b(AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|npm_\w{30,}|xox[abp]-[\w-]{20,}|sk_live_\w{16,})/,
  },
  {
    what: 'a password in an address',
    pattern: /\/\/[\w.-]+:(?!postgres@)[\w.-]+@(?!localhost|127\.0\.0\.1)[\w-]+\.[\w.-]+/,
  },
  {
    what: 'the host of a package registry',
    pattern: /\b(registry|artifactory|nexus|pypi|npm-mirror|mirrors?)\.[\w-]+\.\w+|_auth[T]oken/,
  },
]

export function textProblems(path: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      forbidden
        .filter(({ pattern }) => pattern.test(line))
        .map(({ what }) => `${path}:${index + 1} has ${what}`),
    )
}
