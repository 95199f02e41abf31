// Empty: the library exists for its precompiled headers, which the test programs reuse.
