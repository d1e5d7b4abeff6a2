"""The tests of the kit, in rooms like the kit's own."""
