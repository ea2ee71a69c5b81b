<?php
// composer/semver over stdin's lines `a <TAB> b`; ! where it refuses one, ? where it has no order.

require 'Composer/Semver/autoload.php';

use Composer\Semver\Comparator;
use Composer\Semver\VersionParser;

$parser = new VersionParser();

while (($line = fgets(STDIN)) !== false) {
    try {
        [$first, $second] = array_map([$parser, 'normalize'], explode("\t", rtrim($line, "\n")));
        if (Comparator::lessThan($first, $second)) {
            echo "-1\n";
        } elseif (Comparator::greaterThan($first, $second)) {
            echo "1\n";
        } else {
            echo Comparator::equalTo($first, $second) ? "0\n" : "?\n";
        }
    } catch (UnexpectedValueException $refused) {
        echo "!\n";
    }
}
