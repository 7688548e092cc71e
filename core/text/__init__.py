"""What several stages need and none owns: words, sentences, places, how rankings agree, hosts."""
