/** The part of thriftrw that is used here; it ships no types. */
declare module 'thriftrw' {
  export class Thrift {
    constructor(options: { source: string; allowOptionalArguments?: boolean })
    getType<Struct>(name: string): ThriftStruct<Struct>
  }

  export interface ThriftStruct<Struct> {
    fromBufferResult(buffer: Buffer): { readonly err: Error | null; readonly value: Struct }
  }
}
