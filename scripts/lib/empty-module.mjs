// Stands in the bundle for a package of which nothing is called.
export {};
