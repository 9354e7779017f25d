// The package keeps the types of its files elsewhere. A name that a file does not have fails at the first import.
declare module 'class-validator/cjs/*' {
  export * from 'class-validator';
}
