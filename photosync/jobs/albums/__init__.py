"""What the library shows of albums and people: `albums.json`, `people.json`, and a folder for each album."""
