"""Hands, forearms and fingers kept out of the body: of the bundled character, or of the mesh of any rig."""
