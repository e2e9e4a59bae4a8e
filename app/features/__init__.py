"""One package for each thing a person does. Features never import each other, only `shared`."""
