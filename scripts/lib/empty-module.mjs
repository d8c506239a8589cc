// Replaces a package in the bundle whose functions are never called.
export {};
