// Under Node's module resolution the types of `ms` are not found from Temporal's packages, so that each
// `Duration` is `any` there. With this, a misspelt duration does not compile.
declare module 'ms' {
  export type StringValue = import('@flexprice/contracts/workflows').DurationText
}
