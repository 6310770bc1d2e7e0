"""How much somebody's domains may take: counted from what is and what open jobs will make, checked where jobs open."""
